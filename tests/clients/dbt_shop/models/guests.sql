{{ config(materialized='table') }}
select guest, sum(paid) as paid, max(day) as last_day from {{ ref('visits_clean') }} group by guest
